/** @type {import("next").NextConfig} */
export default {
  // The indicator would lie over the page's buttons.
  devIndicators: false,
};
