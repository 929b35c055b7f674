import { spawnSync } from 'node:child_process';
import { packageRoot } from '#platform';

it('loads the packages of the protocols only when something is sent', () => {
  const program = `
    const { EmailChannel, S3Channel, SftpChannel } = require('./dist/libs/delivery-channels/src/index.js');
    new EmailChannel({ host: 'h', port: 25, security: 'none', from: { address: 'a@b.c' }, to: [{ address: 'a@b.c' }] });
    new S3Channel({ bucket: 'abc', region: 'r', defaultCredentials: true });
    new SftpChannel({ host: 'h', user: 'u', password: 'p', hostKeys: ['SHA256:' + 'A'.repeat(43)] });
    const loaded = Object.keys(require.cache).filter((path) => /node_modules.(nodemailer|ssh2|@aws-sdk|@smithy)/.test(path));
    console.log(JSON.stringify(loaded));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: packageRoot(), encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([]);
});
