import express from 'express';
import { readFileSync } from 'fs';
import { join } from 'path';

const home = join(__dirname, '..');
const app = express();
app.set('view engine', 'ejs');
app.set('views', join(home, 'views'));
app.use(express.json());
app.use('/assets', express.static(join(home, 'assets')));

app.get('/', (_request, response) => response.render('desk', { title: 'Help desk' }));
app.get('/health', (_request, response) => {
  const settings = JSON.parse(readFileSync(join(home, 'desk.json'), 'utf8'));
  response.json({ healthy: true, site: settings.site });
});

// What only a request loads: a module of our own by a name made at run time, and packages.
app.post('/tickets', (request, response) => {
  const { open } = require(`./${request.query['kind'] ?? 'ticket'}`);
  response.status(201).json(open(request.body));
});
app.get('/archive', (request, response) => {
  require('compression')({ threshold: 0 })(request, response, () => {
    response.render('archive', { tickets: ['leak', 'noise'] });
  });
});
app.get('/when/:zone', (request, response) => {
  const timeZone = decodeURIComponent(request.params.zone);
  response.send(new Intl.DateTimeFormat('de', { timeZone, timeStyle: 'full' }).format(new Date()));
});

const server = app.listen(Number(process.env['DESK_PORT']), '0.0.0.0');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
