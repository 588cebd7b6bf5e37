// Lets components import the style sheets beside them; vite puts all into one.
declare module '*.css';
