/** Text from Falcon, made harmless for whoever reads it. */

// What can steer a terminal or deceive a reader: controls, line separators, bidirectional and invisible characters, noncharacters.
const UNSAFE = new RegExp(
  "[\\x00-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f" +
    "\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\u{13430}-\\u{1343f}\\u{16fe4}\\u{1bca0}-\\u{1bca3}\\u{1d159}" +
    "\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\p{Noncharacter_Code_Point}\\p{Surrogate}]",
  "gu",
);

/** Shows unsafe characters as \u{XXXX}. Nothing is dropped or cut. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (found) => `\\u{${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}}`);
}
