// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Engine.Authentication;
using Pelago.Engine.Resources;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Reviews;

/// <summary>
/// POST serviceaccounts/NAME/token: a token for audiences, with an end, perhaps bound to a pod, secret or node
/// (upstream pkg/registry/core/serviceaccount/storage/token.go).
/// </summary>
internal sealed class TokenRequests(IRevisionStore store, ServiceAccountTokenIssuer issuer, TimeProvider time) : IResourceHandler
{
    private const string Group = "authentication.k8s.io";
    private const long DefaultSeconds = 3600;
    private const long LeastSeconds = 600;
    private const long MostSeconds = 1L << 32;

    // Pods that mount their token with the default life keep it a year, for clients that read it only once; warnafter tells on them.
    private const long MountedSeconds = 3607;
    private static readonly TimeSpan ExtendedLife = TimeSpan.FromDays(365);
    private static readonly GroupVersionKind Kind = new(Group, "v1", "TokenRequest");
    private readonly TokenBinding _binding = new(store);

    public ValueTask<ResourceResult> CreateAsync(HandlerRequest request, CancellationToken cancel) => new(Create(request));

    private ResourceResult Create(HandlerRequest request)
    {
        ObjectKey key = request.Resource.Key;
        if (store.Resource("serviceaccounts").Current.Get(key) is not { } stored)
            return ResourceResult.Failed(ApiStatus.NotFound(new GroupResource("", "serviceaccounts"), key.Name));
        (JsonObject? document, ApiStatus? refused) = ReviewDocument.Read(request, Kind);
        if (document is null)
            return ResourceResult.Failed(refused!);
        JsonObject spec = document.ObjectOrNew("spec");
        long seconds = spec.Integer("expirationSeconds") ?? DefaultSeconds;
        if (Validate(new KubeObject(document), key, seconds) is { Count: > 0 } causes)
            return ResourceResult.Failed(ApiStatus.Invalid(Group, Kind.Kind, "", causes));

        IReadOnlyList<string> audiences = ReviewDocument.Texts(spec.Array("audiences"));
        if (audiences.Count == 0)
            audiences = RequestAuthenticator.ApiAudiences;
        var account = new ClaimedObject(key.Name, KubeObject.Parse(stored.Json).Uid);
        var claims = new ServiceAccountClaims { Namespace = key.Namespace, ServiceAccount = account, Audiences = audiences };
        (claims, refused) = _binding.Bind(claims, spec.Object("boundObjectRef"));
        return refused is not null ? ResourceResult.Failed(refused) : Issue(document, spec, claims, seconds);
    }

    private ResourceResult Issue(JsonObject document, JsonObject spec, ServiceAccountClaims claims, long seconds)
    {
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset ends = now.AddSeconds(seconds);
        bool extended = seconds == MountedSeconds && claims.Pod is not null && claims.Audiences.SequenceEqual(RequestAuthenticator.ApiAudiences);
        string token = issuer.IssueBound(claims, extended ? now + ExtendedLife : ends, extended ? ends : null);
        spec["audiences"] = new JsonArray([.. claims.Audiences.Select(audience => (JsonNode)audience)]);
        spec["expirationSeconds"] = seconds;
        var metadata = new KubeObject(document) { Name = claims.ServiceAccount.Name, Namespace = claims.Namespace };
        metadata.Metadata["creationTimestamp"] = Text(now);
        return ReviewDocument.Answer(document, new JsonObject { ["token"] = token, ["expirationTimestamp"] = Text(ends) });
    }

    private static List<StatusCause> Validate(KubeObject document, ObjectKey key, long seconds)
    {
        var causes = new List<StatusCause>();
        if (document.Name.Length > 0 && document.Name != key.Name)
            causes.Add(Invalid("metadata.name", GoText.Quote(document.Name), "must match the service account name if specified"));
        if (document.Namespace.Length > 0 && document.Namespace != key.Namespace)
            causes.Add(Invalid("metadata.namespace", GoText.Quote(document.Namespace), "must match the service account namespace if specified"));
        string value = seconds.ToString(CultureInfo.InvariantCulture);
        if (seconds < LeastSeconds)
            causes.Add(Invalid("spec.expirationSeconds", value, "may not specify a duration less than 10 minutes"));
        else if (seconds > MostSeconds)
            causes.Add(Invalid("spec.expirationSeconds", value, "may not specify a duration larger than 2^32 seconds"));
        return causes;
    }

    private static StatusCause Invalid(string field, string value, string detail) => new("FieldValueInvalid", $"Invalid value: {value}: {detail}", field);

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
