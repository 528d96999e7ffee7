// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Install;

/// <summary>What <c>pelago install -o json</c> prints.</summary>
internal sealed record InstallResult(string Cluster, string Image, string Version, IReadOnlyList<InstalledObject> Objects);

/// <summary>An object of a cluster.</summary>
internal sealed record InstalledObject(string ApiVersion, string Kind, string Namespace, string Name);
