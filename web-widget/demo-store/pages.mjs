export const storePages = () => [];
