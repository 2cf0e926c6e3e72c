import { refresh } from "/static/refresh.js";

refresh(".live-part", 5);
