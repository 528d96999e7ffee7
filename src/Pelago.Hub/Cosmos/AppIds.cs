// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Packages.Api;

namespace Pelago.Hub.Cosmos;

/// <summary>
/// Ids of Marathon apps as names of installations: <c>/web</c> is <c>web</c> in the namespace <c>default</c>, <c>/team/web</c> is <c>web</c> in <c>team</c>, and what has more
/// parts keeps its id beside a name that is made of them.
/// </summary>
internal static class AppIds
{
    private const string Default = "default";
    private const int MaxName = 50;

    public static string Normal(string id) => id.StartsWith('/') ? id : $"/{id}";

    public static string Of(Installation installation) =>
        installation.Object.Annotations?.String(PackagesApi.AppIdAnnotation) ?? (installation.Namespace == Default ? $"/{installation.Name}" : $"/{installation.Namespace}/{installation.Name}");

    /// <summary>Where an id's installation is; false when it cannot be a name.</summary>
    public static bool TryPlace(string id, out string ns, out string name)
    {
        string[] parts = [.. id.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Replace('.', '-'))];
        ns = parts.Length > 1 ? parts[0] : Default;
        name = string.Join('-', parts.Skip(parts.Length > 1 ? 1 : 0));
        return name.Length is > 0 and <= MaxName && NameRules.Dns1035Label(name).Count == 0 && NameRules.Dns1123Label(ns).Count == 0;
    }

    /// <summary>Whether the place alone does not say the id.</summary>
    public static bool NeedsNote(string id, string ns, string name) => id != (ns == Default ? $"/{name}" : $"/{ns}/{name}");
}
