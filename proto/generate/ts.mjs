export const typescript = () => '';
