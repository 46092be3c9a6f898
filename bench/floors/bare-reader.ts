// The floor of a hook: node itself, which reads its stdin to the end.
import { stdin } from "node:process";

stdin.resume();
