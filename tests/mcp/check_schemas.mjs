// Holds tools' schemas against JSON Schema 2020-12, and arguments and results against the schemas. Lines on standard input:
// {"tool":..., "inputSchema":..., "outputSchema":..., "arguments":..., "structured":...}. Prints what does not fit; exit status 1 then.
// usage: check_schemas.mjs NODE_MODULES_FOLDER
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(`${process.argv[2]}/`);
const Ajv = require('ajv/dist/2020').default;

let wrong = 0;
function check(what, schema, value) {
  try {
    // Types in lists are what 2020-12 allows, if not what ajv likes best.
    const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
    const validate = ajv.compile(schema);
    if (validate(value)) return;
    console.log(`${what}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value).slice(0, 500)}`);
  } catch (problem) {
    console.log(`${what}: ${problem.message}`);
  }
  wrong += 1;
}

const lines = readFileSync(0, 'utf8').split('\n').filter(Boolean);
for (const line of lines) {
  const { tool, inputSchema, outputSchema, arguments: given, structured } = JSON.parse(line);
  check(`${tool} arguments`, inputSchema, given);
  check(`${tool} result`, outputSchema, structured);
}
console.log(`${lines.length} results checked`);
process.exit(wrong === 0 && lines.length > 0 ? 0 : 1);
