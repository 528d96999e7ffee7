// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Node.Kubelets;

/// <summary>What the hub's ConfigMap says; empty where it says nothing.</summary>
internal sealed record HubPlace(string Authority, string Address)
{
    public static HubPlace Read(ReadOnlyMemory<byte> map)
    {
        JsonObject data = KubeJson.ParseObject(map).Object("data") ?? [];
        return new HubPlace(data.String(NodeApi.AuthorityKey) ?? "", data.String(NodeApi.AddressKey) ?? "");
    }
}
