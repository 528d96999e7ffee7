// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>A port of the node that a container takes. The empty address and 0.0.0.0 mean all.</summary>
internal readonly record struct HostPort(string Address, string Protocol, int Port)
{
    public bool ConflictsWith(HostPort other) =>
        Port == other.Port && Protocol == other.Protocol && (IsAny(Address) || IsAny(other.Address) || Address == other.Address);

    private static bool IsAny(string address) => address is "" or "0.0.0.0";
}
