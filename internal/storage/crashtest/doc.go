// Package crashtest cuts the power at every operation of a workload and looks
// at what comes back. It is used by tests alone.
//
//	workload on a simulated disk → record → crash points × images → Open, Check
//
// A workload is a row of numbered steps, each of which is submitted and then
// acknowledged. The oracle: what is found after recovery are exactly the first
// k steps, with acknowledged <= k <= submitted at the moment of the crash.
// Recovery is itself a workload whose power is cut, as deep as Config.Depth.
//
//   - Run enumerates crash points and images.
//   - Faults makes the Nth file call fail, for every N.
//   - Survivors runs planted bugs and names those that Run did not catch.
//
// Every choice comes from Config.Seed, and a Failure names the point, the kind
// and the seed, so that a failure can be shown again (Config.Only).
package crashtest
