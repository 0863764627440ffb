/** Steps of the viewer's zoom. Pure. `1` is one picture pixel for one of the screen; `fit` as large as the window allows. */

/** See the file. */
export type Zoom = 'fit' | number;

const STEPS = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4] as const;

/** The next step up or down from a zoom; `fitScale` is the scale at which it fits now. */
export function stepZoom(zoom: Zoom, fitScale: number, direction: 1 | -1): Zoom {
  const now = zoom === 'fit' ? fitScale : zoom;
  const nearly = 0.01;
  const next = direction > 0 ? STEPS.find((step) => step > now + nearly) : STEPS.findLast((step) => step < now - nearly);
  return next ?? zoom;
}

/** `Fit`, `150 %` */
export const zoomText = (zoom: Zoom): string => (zoom === 'fit' ? 'Fit' : `${Math.round(zoom * 100)} %`);
