/** Numbers for operators, as Prometheus text. `prom-client` writes the format, escaping included. */
import { Counter, Gauge, Registry } from 'prom-client';

/** The metrics of one server process. */
export interface Metrics {
  request(method: string, route: string, status: number): void;
  connections(count: number): void;
  text(): Promise<string>;
}

/** Creates metrics of their own, so that several servers of one process do not add up. */
export function createMetrics(): Metrics {
  const register = new Registry();
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'HTTP requests answered, by route template.',
    labelNames: ['method', 'route', 'status'],
    registers: [register],
  });
  const connections = new Gauge({ name: 'push_connections', help: 'Push connections that are open.', registers: [register] });
  return {
    request: (method, route, status) => requests.inc({ method, route, status: String(status) }),
    connections: (count) => connections.set(count),
    text: () => register.metrics(),
  };
}
