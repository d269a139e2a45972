import type { ShopperClient, ShopperClientOptions } from './types';

export function createShopperClient(_options: ShopperClientOptions): ShopperClient {
  throw new Error('not there yet');
}
