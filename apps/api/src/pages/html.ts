/** No script and no style inside: the content security policy allows only what this server serves as files. */
function html(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    ${head}
  </head>
  <body>
    ${body}
  </body>
</html>
`;
}

export const startPage = html(
  'Report scheduler',
  '',
  `<h1>Report scheduler</h1>
    <p>This is its HTTP API. Sign in with <code>POST /v1/sessions</code>; the first start printed how.</p>
    <ul>
      <li><a href="/docs">Documentation of every request, to try in the browser</a></li>
      <li><a href="/openapi.json">The same as an OpenAPI 3.1 document</a></li>
      <li><a href="/health/ready">Whether everything is well</a></li>
    </ul>`,
);

export const documentationPage = html(
  'Report scheduler: HTTP API',
  `<link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" type="image/png" sizes="32x32" href="/docs/favicon-32x32.png">`,
  `<div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/initializer.js"></script>`,
);

export const initializer = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;
