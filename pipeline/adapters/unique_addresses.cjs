// CDKTF lets a second element with the same type and id silently replace the first in the JSON. Only the construct
// tree still knows both, so this is loaded into the Node process of a synthesis (NODE_OPTIONS) and refuses it there.
"use strict";
const Module = require("module");

const load = Module._load;
Module._load = function (request, parent, isMain) {
  const loaded = load.call(this, request, parent, isMain);
  if (/terraform-stack$/.test(request) && loaded.TerraformStack && !loaded.TerraformStack.checksAddresses) {
    guard(loaded.TerraformStack);
  }
  return loaded;
};

function guard(TerraformStack) {
  TerraformStack.checksAddresses = true;
  const toTerraform = TerraformStack.prototype.toTerraform;
  TerraformStack.prototype.toTerraform = function () {
    const paths = new Map();
    for (const element of this.node.findAll()) {
      if (TerraformStack.isStack(element) || typeof element.toTerraform !== "function" || !element.friendlyUniqueId) continue;
      const kind = element.terraformResourceType || element.constructor.name;
      const key = `${element.constructor.name} ${kind} ${element.friendlyUniqueId}`; // data and managed may share a name
      const address = `${kind}.${element.friendlyUniqueId}`;
      if (paths.has(key)) {
        throw new Error(`clashing addresses: ${paths.get(key)} and ${element.node.path} are both ${address}`);
      }
      paths.set(key, element.node.path);
    }
    return toTerraform.call(this);
  };
}
