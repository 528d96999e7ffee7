// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;

namespace Pelago.Packages.Controllers;

/// <summary>The clusters on which a controller installs: the one that has the installations, and others by name.</summary>
/// <param name="others">Asked anew each time: clusters come and go.</param>
public sealed class InstallationClusters(IKubeApi home, Func<IEnumerable<IKubeApi>> others)
{
    public IKubeApi Home => home;

    public IKubeApi? Find(string name) => name == home.Cluster ? home : others().FirstOrDefault(api => api.Cluster == name);

    /// <summary>In words, for somebody who named one that is not there.</summary>
    internal string Known() => string.Join(", ", others().Select(api => api.Cluster).Append(home.Cluster).Distinct().Order(StringComparer.Ordinal));
}
