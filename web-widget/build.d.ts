// What build.mjs gives to the code it bundles.

/** Where the later scripts are, with their hash: "/widget/panel-XXXXXXXX.js". Only the loader knows them. */
declare const SHOPBELL_LIVE_PATH: string;
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
