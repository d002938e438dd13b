/* Photos: made smaller on the phone, which also leaves out where and by what they were taken. */
"use strict";

window.floor.photo = (function () {
  const LONGEST = 2000; // a dense code on a card needs some five pixels for each of its squares
  const QUALITY = 0.82;

  async function picture(file) {
    if (window.createImageBitmap) {
      try {
        return await createImageBitmap(file, { imageOrientation: "from-image" });
      } catch (error) {
        // Older browsers know no options, and some formats only as an image.
      }
    }
    const address = URL.createObjectURL(file);
    try {
      const image = new Image();
      image.src = address;
      await image.decode();
      return image;
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  /* Return {bytes, type} of a photo; fails when it is none. */
  async function shrink(file) {
    const found = await picture(file);
    const wide = found.width || found.naturalWidth;
    const high = found.height || found.naturalHeight;
    const part = Math.min(1, LONGEST / Math.max(wide, high));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(wide * part));
    canvas.height = Math.max(1, Math.round(high * part));
    canvas.getContext("2d").drawImage(found, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!blob) throw new Error("no picture");
    return { bytes: await new Response(blob).arrayBuffer(), type: "image/jpeg" };
  }

  return { shrink };
})();
