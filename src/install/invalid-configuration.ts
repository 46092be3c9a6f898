// Why a host's configuration file is left as it is.

export class InvalidConfiguration extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "InvalidConfiguration";
  }
}
