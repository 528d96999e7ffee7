// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Policy;

/// <summary>CertificateSigningRequests: who asks is what authentication says, and the wish cannot change (kubernetes pkg/registry/certificates).</summary>
internal sealed class SigningRequestStrategy : ResourceStrategy
{
    public override void PrepareForCreate(StrategyContext context, KubeObject created)
    {
        JsonObject spec = created.Json.ObjectOrNew("spec");
        spec["username"] = context.User.Name;
        spec["uid"] = context.User.Uid;
        spec["groups"] = new JsonArray([.. context.User.Groups.Select(group => JsonValue.Create(group))]);
        spec.Remove("extra");
        if (context.User.Uid.Length == 0)
            spec.Remove("uid");
        var extra = new JsonObject();
        foreach ((string key, IReadOnlyList<string> values) in context.User.Extra)
            extra[key] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
        if (extra.Count > 0)
            spec["extra"] = extra;
    }

    public override void PrepareForUpdate(StrategyContext context, KubeObject updated, KubeObject old)
    {
        if (old.Spec is { } spec)
            updated.Json["spec"] = spec.DeepClone();
    }

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(subject.Spec?.String("request")))
            errors.Invalid("spec.request", new GoSyntax("[]byte{}"), "PEM block type must be CERTIFICATE REQUEST");
        string signer = subject.Spec?.String("signerName") ?? "";
        if (signer.Length == 0)
            errors.Required("spec.signerName");
        else if (!signer.Contains('/', StringComparison.Ordinal))
            errors.Invalid("spec.signerName", signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
        if (subject.Spec?.Array("usages") is not { Count: > 0 })
            errors.Required("spec.usages", "usages must be provided");
    }
}
