/** esbuild copies the file beside the bundle; the import is its address. */
declare module '*.svg' {
  const address: string;
  export default address;
}
