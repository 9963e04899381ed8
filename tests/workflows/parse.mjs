// Prints, as JSON, the errors that GitHub's own parser finds in each workflow named on the command line.
import { readFileSync } from "node:fs";
import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";

const errors = process.argv.slice(2).flatMap((name) => {
  const file = { name, content: readFileSync(name, "utf8") };
  return parseWorkflow(file, new NoOperationTraceWriter()).context.errors.getErrors().map((error) => error.message);
});
console.log(JSON.stringify(errors));
