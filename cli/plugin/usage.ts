/** What `composer plugin` says of itself. Apart, so that it is known without loading what it takes. */

export const PLUGIN_USAGE = `composer plugin COMMAND

  new NAME --lang L      make a folder NAME with a plugin that works;
                         L is assemblyscript, javascript, rust or c
  build [PATH]           compile a folder into NAME.wasm
  inspect [PATH]         what a server would say of it, with every reason to refuse it
  call PATH FUNCTION     call a function in the server's sandbox
  test [PATH]            call what cases.json lists, and compare
  push [PATH]            upload it

  PATH is a folder with plugin.yaml (default: the one you are in), a .wasm or a .js file.

  inspect, call, push:
    --manifest FILE      the manifest of a file; default: plugin.yaml beside it
    --format json        (inspect) all there is to know
  call:
    --input TEXT         the input; or --stdin
    --config KEY=VALUE   a setting; may be repeated
    --allow-host HOST    let it send requests there, by https, or http://HOST; may be repeated
    --wasi               let it import WASI, whatever the manifest says
    --loop N             call it N times and tell the median time
    --log-level LEVEL    trace, debug, info (default), warn, error, off
    --json               the output, the logs and the figures as JSON
  push:
    --server URL         default: EC_SERVER, or http://127.0.0.1:8787
    --key KEY            default: EC_KEY
    --version VERSION    of a file without a manifest
`;
