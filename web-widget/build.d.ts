// What build.mjs gives to the code it bundles.

/** Where the panel's script is, with its hash: "/widget/panel-XXXXXXXX.js". Only the loader knows it. */
declare const SHOPBELL_PANEL_PATH: string;

/** The bundled text of a stylesheet, for a shadow root's constructed stylesheets. */
declare module '*.shadow.css' {
  const text: string;
  export default text;
}

/** A stylesheet of a page: bundled into the page's own. */
declare module '*.css';

/** The URL of a picture that the console shows. */
declare module '*.svg' {
  const url: string;
  export default url;
}
