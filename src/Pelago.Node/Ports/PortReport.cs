// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;

namespace Pelago.Node.Ports;

/// <summary>
/// What a node says of its ports by annotations: the scheduler gives pods only ports of the window on which nobody listens. What pods were given
/// is left out of the busy ones, as they are to listen there.
/// </summary>
/// <param name="window">Where pods may get ports, before the kernel's own are taken out.</param>
/// <param name="pods">The pods of the node.</param>
internal sealed class PortReport(PortRange window, MachinePorts machine, Func<IReadOnlyCollection<V1Pod>> pods)
{
    public Dictionary<string, string> Now()
    {
        PortRanges offered = PortRanges.Of(window).Except(machine.Ephemeral());
        PortRanges outside = PortRanges.Of(PortRange.All).Except(offered);
        PortRanges busy = pods().Select(HostPorts.Of).Aggregate(machine.Listening().Except(outside), (rest, given) => rest.Except(given?.Ports ?? PortRanges.Empty));
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [NodePortReport.WindowAnnotation] = offered.ToString(), [NodePortReport.BusyAnnotation] = busy.ToString(),
        };
    }
}
