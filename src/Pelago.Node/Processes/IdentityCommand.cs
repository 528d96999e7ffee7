// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Pelago.Node.Capabilities;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>The words in front of a command that make it run as another user (setpriv); none when nothing is to change or we are not root.</summary>
internal static class IdentityCommand
{
    public static IReadOnlyList<string> Words(ContainerIdentity identity, HostTools tools)
    {
        bool changesUser = identity.User is not null || identity.Group is not null || identity.SupplementalGroups.Count > 0;
        if (tools.SetPriv is null || LibC.EffectiveUser() != 0 || (!changesUser && !identity.NoNewPrivileges))
            return [];
        var words = new List<string> { tools.SetPriv };
        if (changesUser)
        {
            words.Add($"--reuid={Number(identity.User ?? 0)}");
            words.Add($"--regid={Number(identity.Group ?? 0)}");
            words.Add(identity.SupplementalGroups.Count == 0
                ? "--clear-groups"
                : $"--groups={string.Join(',', identity.SupplementalGroups.Select(Number))}");
        }
        if (identity.NoNewPrivileges)
            words.Add("--no-new-privs");
        words.Add("--");
        return words;
    }

    private static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);
}
