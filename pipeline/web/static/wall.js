import { refresh } from "/static/refresh.js";

refresh(".screen", 10);
