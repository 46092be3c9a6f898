// How many tools a server offers that was asked for no toolsets.
import { tools } from "../src/tools/index.ts";
import { defaultToolsets } from "../src/tools/toolsets.ts";

export const defaultToolCount = tools.filter(({ toolset }) => defaultToolsets.includes(toolset)).length;
