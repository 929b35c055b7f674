import { statusesOf } from './run-now';

describe('statusesOf', () => {
  it('reads statuses out of server-sent events, however the bytes are cut', async () => {
    const text = [
      'id: 0\nevent: status\ndata: {"status":"requested"}\n\n',
      ':\n\n',
      'event: progress\ndata: {"status":"no status"}\n\n',
      'id: 2\nevent: status\ndata: {"status":"completed","name":"Übersicht"}\n\n',
    ].join('');
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 7, bytes.length]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const body = new ReadableStream({
        start(controller) {
          for (const piece of pieces) controller.enqueue(piece);
          controller.close();
        },
      });
      const statuses = [];
      for await (const status of statusesOf(new Response(body))) statuses.push(status);
      expect(statuses).toEqual(['requested', 'completed']);
    }
  });
});
