// Content that hosts keep as text or as a list of blocks → one text. Pictures are named, not kept.
import type { JsonObject } from "./host.ts";
import { asObject, asObjects, asText, type Foreign } from "./narrow.ts";

/** The texts of a content, a blank line between them. Null: it says nothing. */
export function textOf(content: Foreign): string | null {
  if (typeof content === "string") return asText(content);
  const blocks = Array.isArray(content) ? asObjects(content) : [asObject(content) ?? {}];
  const texts = blocks.flatMap((block) => blockText(block) ?? []);
  return texts.length === 0 ? null : texts.join("\n\n");
}

/** A text, or the note of what a block has instead of one; null for a block that is neither. */
export function blockText(block: JsonObject): string | null {
  const text = asText(block.text);
  if (text !== null) return text;
  const media = asObject(block.source) ?? asObject(block.inlineData) ?? asObject(block.inline_data) ?? block;
  const mime = asText(media.media_type) ?? asText(media.mimeType) ?? asText(media.mime);
  const data = asText(media.data) ?? asText(media.url) ?? asText(media.image_url) ?? asText(media.uri);
  if (mime === null && !isPicture(block)) return null;
  return noteOf(mime ?? mimeOf(data) ?? "image", data, asText(block.filename) ?? asText(media.fileUri));
}

function isPicture(block: JsonObject): boolean {
  return block.type === "image" || block.type === "input_image" || block.type === "document";
}

function noteOf(mime: string, data: string | null, name: string | null): string {
  const kind = mime.startsWith("image") ? "image" : "file";
  const words = [kind, ...(name === null ? [] : [name]), ...(mime === kind ? [] : [mime])].join(" ");
  const encoded = data?.startsWith("data:") === true ? data.slice(data.indexOf(",") + 1) : data;
  if (encoded === null || /^[a-z]+:\/\//.test(encoded.slice(0, 16))) return `[${words}]`;
  return `[${words}, ${Math.floor((encoded.length * 3) / 4).toLocaleString("en-US")} bytes]`;
}

function mimeOf(data: string | null): string | null {
  return data === null ? null : (/^data:([\w.+/-]{1,80})/.exec(data.slice(0, 100))?.[1] ?? null);
}
