// Before the first paint, so that a remembered choice never flashes the other theme. `theme/theme.ts` owns the choice.
try {
  const theme = localStorage.getItem('desk.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused: the system's theme it is.
}
