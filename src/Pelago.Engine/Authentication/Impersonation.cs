// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Kube;

namespace Pelago.Engine.Authentication;

/// <summary>
/// The Impersonate headers: acting as somebody else, each part of whom the requester must be allowed to impersonate
/// (apiserver pkg/endpoints/filters/impersonation.go).
/// </summary>
internal sealed class Impersonation(IAuthorizer authorizer)
{
    private const string Prefix = "Impersonate-";
    private const string UserHeader = "Impersonate-User";
    private const string GroupHeader = "Impersonate-Group";
    private const string UidHeader = "Impersonate-Uid";
    private const string ExtraPrefix = "Impersonate-Extra-";
    private const string AuthenticationGroup = "authentication.k8s.io";

    /// <summary>
    /// Who the request counts as: <paramref name="requester"/> when nothing is impersonated. Otherwise the headers are removed after
    /// they were believed, or the Status says why they were not.
    /// </summary>
    public (UserInfo User, ApiStatus? Refused) Apply(HttpRequest request, UserInfo requester)
    {
        if (!IsAsked(request.Headers))
            return (requester, null);
        string user = request.Headers[UserHeader].ToString();
        string uid = request.Headers[UidHeader].ToString();
        string[] groups = [.. request.Headers[GroupHeader].OfType<string>()];
        List<KeyValuePair<string, string>> extra = ReadExtra(request.Headers);
        if (user.Length == 0)
        {
            // headers without a value ask for nothing
            if (groups.Length == 0 && extra.Count == 0 && uid.Length == 0)
                return (requester, null);
            return (requester, new ApiStatus
            {
                Code = 500, Reason = StatusReason.InternalError,
                Message = $"Internal Server Error: {GoText.Quote(request.Path)}: requested {Requested(groups, extra, uid)} without impersonating a user",
            });
        }

        if (Check(requester, user, groups, extra, uid) is { } refused)
            return (requester, refused);
        foreach (string header in request.Headers.Keys.Where(key => key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).ToArray())
            request.Headers.Remove(header);
        return (Impersonated(user, groups, extra, uid), null);
    }

    private ApiStatus? Check(UserInfo requester, string user, string[] groups, List<KeyValuePair<string, string>> extra, string uid)
    {
        ApiStatus? refusal = ServiceAccountNames.TrySplit(user, out string? ns, out string? name)
            ? Check(new AccessAttributes(requester, "impersonate", ns, "", "v1", "serviceaccounts", "", name))
            : Check(new AccessAttributes(requester, "impersonate", "", "", "v1", "users", "", user));
        foreach (string group in groups)
            refusal ??= Check(new AccessAttributes(requester, "impersonate", "", "", "v1", "groups", "", group));
        foreach ((string key, string value) in extra)
            refusal ??= Check(new AccessAttributes(requester, "impersonate", "", AuthenticationGroup, "v1", "userextras", key, value));
        if (uid.Length > 0)
            refusal ??= Check(new AccessAttributes(requester, "impersonate", "", AuthenticationGroup, "v1", "uids", "", uid));
        return refusal;
    }

    private ApiStatus? Check(in AccessAttributes attributes)
    {
        AccessDecision decision = authorizer.Authorize(in attributes);
        return decision.Allowed ? null : Denial.ToStatus(in attributes, decision.Reason);
    }

    private static UserInfo Impersonated(string user, string[] groups, List<KeyValuePair<string, string>> extra, string uid)
    {
        var all = new List<string>(groups);
        if (all.Count == 0 && ServiceAccountNames.TrySplit(user, out string? ns, out _))
            all.AddRange(ServiceAccountNames.Groups(ns));
        if (!all.Contains(StandardGroups.Authenticated) && !all.Contains(StandardGroups.Unauthenticated))
            all.Add(user == UserInfo.Anonymous.Name ? StandardGroups.Unauthenticated : StandardGroups.Authenticated);
        return new UserInfo(user, uid, all, extra.GroupBy(pair => pair.Key).ToDictionary(
            pairs => pairs.Key, IReadOnlyList<string> (pairs) => [.. pairs.Select(pair => pair.Value)]));
    }

    private static bool IsAsked(IHeaderDictionary headers)
    {
        foreach ((string header, StringValues _) in headers)
        {
            if (header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                && (header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase) || header.Equals(UserHeader, StringComparison.OrdinalIgnoreCase)
                    || header.Equals(GroupHeader, StringComparison.OrdinalIgnoreCase) || header.Equals(UidHeader, StringComparison.OrdinalIgnoreCase)))
                return true;
        }

        return false;
    }

    private static List<KeyValuePair<string, string>> ReadExtra(IHeaderDictionary headers)
    {
        var extra = new List<KeyValuePair<string, string>>();
        foreach ((string header, StringValues values) in headers)
        {
            if (!header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
                continue;
            string key = HeaderKey.Decode(header[ExtraPrefix.Length..]);
            extra.AddRange(values.OfType<string>().Select(value => KeyValuePair.Create(key, value)));
        }

        return extra;
    }

    /// <summary>Go's print of a list of ObjectReferences: kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath.</summary>
    private static string Requested(string[] groups, List<KeyValuePair<string, string>> extra, string uid)
    {
        IEnumerable<string> all = groups.Select(group => $"{{Group  {group}    }}")
            .Concat(extra.Select(pair => $"{{UserExtra  {pair.Value}  {AuthenticationGroup}/v1  {pair.Key}}}"));
        if (uid.Length > 0)
            all = all.Append($"{{UID  {uid}  {AuthenticationGroup}/v1  }}");
        return $"[{string.Join(' ', all)}]";
    }
}
