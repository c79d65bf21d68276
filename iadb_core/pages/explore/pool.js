// Workers that share out the points of a request; without workers, the page computes by itself.
import { Movers } from "./jobs.js";

const MOST_WORKERS = 4;
export const GIVEN_UP = "given up";

export class Pool {
  /** data: of the page. code: the text of its modules, which workers run as well. */
  constructor(data, code) {
    [this.data, this.code] = [data, code];
    this.count = Math.max(1, Math.min(MOST_WORKERS, (globalThis.navigator?.hardwareConcurrency ?? 2)));
    this.workers = [];
    this.waiting = new Map();
    this.next = 0;
    this.alone = null; // what moves points on the page itself, where there are no workers
  }

  started() {
    if (this.workers.length || this.alone) return;
    try {
      const address = URL.createObjectURL(new Blob([`${this.code}\niadb.serve(self);`], { type: "text/javascript" }));
      for (let number = 0; number < this.count; number += 1) {
        const worker = new Worker(address);
        worker.onmessage = ({ data }) => this.answered(data);
        worker.onerror = () => this.withoutWorkers();
        worker.postMessage({ data: this.data });
        this.workers.push(worker);
      }
    } catch {
      this.withoutWorkers();
    }
  }

  /** Compute on the page from now on, and what was asked of workers as well. */
  withoutWorkers() {
    for (const worker of this.workers) worker.terminate();
    this.workers = [];
    this.alone ??= new Movers(this.data);
    const unanswered = [...this.waiting];
    for (const [id, { request }] of unanswered) this.computed(id, request);
  }

  /** Give up what is being computed: who waits for it is told. */
  cancel() {
    if (this.alone) return; // what the page computes by itself cannot be interrupted
    for (const worker of this.workers) worker.terminate();
    this.workers = [];
    const unanswered = [...this.waiting.values()];
    this.waiting.clear();
    for (const { fail } of unanswered) fail(new Error(GIVEN_UP));
  }

  computed(id, request) {
    try {
      this.answered({ id, ...this.alone.states(request) });
    } catch (error) {
      this.answered({ id, error: error.message });
    }
  }

  answered({ id, states, evaluations, error }) {
    const asked = this.waiting.get(id);
    if (!asked) return;
    this.waiting.delete(id);
    if (error) asked.fail(new Error(error));
    else asked.done({ states, evaluations });
  }

  ask(request, number) {
    const id = (this.next += 1);
    return new Promise((done, fail) => {
      this.waiting.set(id, { request, done, fail });
      if (this.alone) setTimeout(() => this.computed(id, request));
      else this.workers[number % this.workers.length].postMessage({ id, request });
    });
  }

  /** The states of a request's points, as `Movers.states` gives them; whole: by one worker, not several. */
  async states(request, whole = false) {
    this.started();
    const parts = whole || this.alone ? 1 : this.workers.length;
    const rows = request.start.length / 2;
    const cuts = Array.from({ length: parts + 1 }, (_, part) => 2 * Math.round((rows * part) / parts));
    const answers = await Promise.all(
      cuts.slice(1).map((end, part) => {
        const own = { ...request, start: request.start.slice(cuts[part], end), first: cuts[part] / 2 };
        return this.ask(own, part);
      }),
    );
    const states = request.alphas.map((_, step) => {
      const joined = new Float32Array(request.start.length);
      answers.forEach((answer, part) => joined.set(answer.states[step], cuts[part]));
      return joined;
    });
    return { states, evaluations: answers[0].evaluations };
  }
}
