// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Cli.Tests.Packages.Ours;

/// <summary>A port of a service, or of the pods behind it.</summary>
internal sealed record ServicePort(string Name, long Port)
{
    public static ServicePort Of(JsonObject port) => new(port.String("name") ?? "", port.Integer("port") ?? 0);
}
