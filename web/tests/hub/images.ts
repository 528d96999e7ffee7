// SPDX-License-Identifier: Apache-2.0

/** Where pictures of screens go: with PELAGO_UPDATE_IMAGES those of the documentation are made anew. */
export const images = process.env.PELAGO_UPDATE_IMAGES ? '../docs/images' : 'test-results/images';
