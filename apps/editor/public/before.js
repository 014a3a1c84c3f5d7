// Runs before everything else. The theme, so that nobody sees a flash of the other one before the first paint:
const theme = localStorage.getItem('woolgather.theme')
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme

// and zod told not to compile its schemas: the server's content security policy forbids code made from strings.
globalThis.__zod_globalConfig = { jitless: true }
