// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Hub.Cosmos;

/// <summary>A refusal as clients of Cosmos read it: they tell them apart by <paramref name="Type"/>, people read the message.</summary>
/// <param name="Data">What the type says more; null for nothing.</param>
internal sealed record CosmosError(string Type, string Message, JsonObject? Data = null, int Status = 400)
{
    /// <summary>Of another server's: what to send with it, as <c>WWW-Authenticate</c>.</summary>
    public string? Challenge { get; init; }

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["type"] = Type, ["message"] = Message };
        if (Data is not null)
            json["data"] = Data.DeepClone();
        return json;
    }
}
