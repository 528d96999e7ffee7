// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Settings;

/// <summary>ConfigMaps.</summary>
internal sealed class ConfigMapStrategy : ResourceStrategy
{
    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        JsonObject? data = subject.Json.Object("data"), binary = subject.Json.Object("binaryData");
        long bytes = DataRules.ValidateKeys(data, "data", isBase64: false, errors) + DataRules.ValidateKeys(binary, "binaryData", isBase64: true, errors);
        foreach ((string key, _) in binary ?? [])
        {
            if (data?.ContainsKey(key) == true)
                errors.Invalid($"data[{key}]", key, "duplicate of key present in binaryData");
        }

        DataRules.ValidateSize(bytes, "", errors);
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors) =>
        DataRules.ValidateImmutable(updated, old, ["data", "binaryData"], errors);
}
