/** The short sound of a new message. Browsers play it only in a tab that was clicked or typed in once; elsewhere nothing is heard. */

/** Two sounds within this time are one. */
const APART_MS = 1_500;
const LENGTH_S = 0.35;

let lastAt = Number.NEGATIVE_INFINITY;
let audio: AudioContext | null = null;

/** Plays it. */
export function playSound(): void {
  const now = performance.now();
  if (now - lastAt < APART_MS || !('AudioContext' in window)) return;
  lastAt = now;
  audio ??= new AudioContext();
  // In a tab that nobody ever touched this waits for ever, which is no reason to hold the sound back for later.
  if (audio.state === 'suspended') void audio.resume().catch(() => undefined);
  const start = audio.currentTime;
  const gain = new GainNode(audio, { gain: 0 });
  gain.gain.setValueAtTime(0.0001, start);
  gain.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH_S);
  gain.connect(audio.destination);
  for (const [frequency, delayS] of [
    [660, 0],
    [880, 0.09],
  ] as const) {
    const tone = new OscillatorNode(audio, { type: 'sine', frequency });
    tone.connect(gain);
    tone.start(start + delayS);
    tone.stop(start + LENGTH_S);
  }
}
