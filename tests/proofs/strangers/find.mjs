// Looks for objects by some of their fields.

/** Why `actual` does not hold everything in `wanted`, or undefined if it does. Lists must have the same length. */
function difference(actual, wanted, path) {
  if (wanted !== null && typeof wanted === 'object') {
    if (actual === null || typeof actual !== 'object') return `${path} is ${JSON.stringify(actual)}`;
    if (Array.isArray(wanted) && wanted.length !== actual.length) return `${path} holds ${actual.length} items, not ${wanted.length}`;
    return Object.keys(wanted).map((key) => difference(actual[key], wanted[key], path ? `${path}.${key}` : key)).find(Boolean);
  }
  return actual === wanted ? undefined : `${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`;
}

/** Throws unless `all` is as long as `wanted` and each wanted one fits exactly one of them. */
export function findAll(all, wanted) {
  for (const one of wanted) {
    const differences = all.map((item) => difference(item, one, ''));
    const fitting = differences.filter((each) => each === undefined).length;
    if (fitting !== 1) {
      throw new Error(`${fitting} of ${all.length} fit ${JSON.stringify(one)}: ${differences.filter(Boolean).join('; ')}`);
    }
  }
  if (all.length !== wanted.length) throw new Error(`${all.length} are there instead of ${wanted.length}: ${all.map((item) => item.id)}`);
}
