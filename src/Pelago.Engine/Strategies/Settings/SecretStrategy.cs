// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Settings;

/// <summary>
/// Secrets: what each well-known type must hold (kubernetes pkg/apis/core/validation/validation.go ValidateSecret; the odd paths are its).
/// </summary>
internal sealed class SecretStrategy : ResourceStrategy
{
    private const string AccountAnnotation = "kubernetes.io/service-account.name";

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        JsonObject? data = subject.Json.Object("data");
        DataRules.ValidateSize(DataRules.ValidateKeys(data, "data", isBase64: true, errors), "data", errors);
        switch (subject.Json.String("type"))
        {
            case "kubernetes.io/service-account-token":
                if (string.IsNullOrEmpty(subject.Annotations?.String(AccountAnnotation)))
                    errors.Required($"metadata.annotations[{AccountAnnotation}]");
                break;
            case "kubernetes.io/dockercfg":
                RequireJson(data, ".dockercfg", errors);
                break;
            case "kubernetes.io/dockerconfigjson":
                RequireJson(data, ".dockerconfigjson", errors);
                break;
            case "kubernetes.io/basic-auth":
                if (data?.ContainsKey("username") != true && data?.ContainsKey("password") != true)
                {
                    errors.Required("data[%s][username]");
                    errors.Required("data[%s][password]");
                }

                break;
            case "kubernetes.io/ssh-auth":
                if (data?.ContainsKey("ssh-privatekey") != true)
                    errors.Required("data[%s][ssh-privatekey]");
                break;
            case "kubernetes.io/tls":
                Require(data, "tls.crt", errors);
                Require(data, "tls.key", errors);
                break;
        }
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if ((updated.Json.String("type") ?? "") != (old.Json.String("type") ?? ""))
            errors.Invalid("type", updated.Json.String("type") ?? "", "field is immutable");
        DataRules.ValidateImmutable(updated, old, ["data"], errors);
    }

    private static void RequireJson(JsonObject? data, string key, FieldErrors errors)
    {
        Require(data, key, errors);
        if (data?.String(key) is not { } encoded)
            return;
        byte[] content = [];
        try
        {
            content = Convert.FromBase64String(encoded);
            KubeJson.Parse(content);
        }
        catch (JsonException fault)
        {
            errors.Invalid($"data[{key}]", "<secret contents redacted>", GoJsonFault.Describe(fault, content));
        }
        catch (FormatException)
        {
            errors.Invalid($"data[{key}]", "<secret contents redacted>", "illegal base64 data");
        }
    }

    private static void Require(JsonObject? data, string key, FieldErrors errors)
    {
        if (data?.ContainsKey(key) != true)
            errors.Required($"data[{key}]");
    }
}
