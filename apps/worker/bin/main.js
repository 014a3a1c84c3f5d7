// @boundaries-ignore the build of an app and its start have this in common, and scripts are no package
const { start } = require('../../../scripts/fresh-bundle.cjs')

void start(`${__dirname}/..`, 'main.js')
