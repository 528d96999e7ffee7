// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Packages.Api;

/// <summary>One cluster that a package is installed on.</summary>
/// <param name="Options">Laid over the options of the installation.</param>
public sealed record ClusterTarget(string Name, JsonObject Options);
