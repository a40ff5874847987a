/** Scanning the code of a shared credential, where the browser can. It only opens addresses of this site. */

const button = document.getElementById("scan");
const video = document.getElementById("camera");

if (button && "BarcodeDetector" in globalThis && navigator.mediaDevices) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.hidden = false;
      await video.play();
      const detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
      for (;;) {
        const [found] = await detector.detect(video);
        const address = found && URL.canParse(found.rawValue) ? new URL(found.rawValue) : null;
        if (address?.origin === location.origin && address.pathname.startsWith("/verify/")) return location.assign(address);
        if (found) document.getElementById("scan-words").textContent = "This code is not of a credential that was issued here.";
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    } catch {
      document.getElementById("scan-words").textContent = "The camera can't be used. Choose the file instead.";
    }
  });
}
