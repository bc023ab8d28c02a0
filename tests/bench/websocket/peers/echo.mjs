// An echo server of the package ws; prints its port.
import {WebSocketServer} from 'ws';

const server = new WebSocketServer({port: 0, host: '127.0.0.1',
  maxPayload: 16 << 20, perMessageDeflate: false},
() => console.log(`listening http://127.0.0.1:${server.address().port}/`));

server.on('connection', socket =>
  socket.on('message', (data, isBinary) =>
    socket.send(data, {binary: isBinary})));
