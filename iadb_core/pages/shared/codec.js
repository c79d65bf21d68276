// Arrays of numbers as text, as the page's data has them.

/** Bytes of base64. */
export function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Numbers of base64 of little-endian float32. */
export function floatsOf(text) {
  const bytes = bytesOf(text);
  if (bytes.length % 4) throw new Error("the data of this page is cut short");
  return new Float32Array(bytes.buffer);
}
