/** The bundler gathers imported style sheets into `status.css`. */
declare module '*.css';
