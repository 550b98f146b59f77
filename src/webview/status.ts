/** The status page's browser code: from the host's messages to the screen, and from clicks to the host. */
import './zodWithoutEval.ts';
import './style/status.css';
import { Host } from './host.ts';
import { StatusPage } from './statusPage.ts';

const page = new StatusPage({ host: new Host(), now: () => Date.now() });
page.start();
