// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Engine.Authentication;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Authentication;

public sealed class ImpersonationTests
{
    private readonly DefaultHttpContext _http = new();
    private readonly Script _script = new();
    private readonly UserInfo _requester = new("boss", "", ["system:authenticated"], UserInfo.Anonymous.Extra);

    [Fact]
    public void Nothing_asked_is_the_requester()
    {
        _http.Request.Headers["Impersonate-Something"] = "x";

        Assert.Same(_requester, Apply(out ApiStatus? refusal));
        Assert.Null(refusal);
        Assert.Empty(_script.Asked);
    }

    [Fact]
    public void Empty_user_alone_is_the_requester()
    {
        _http.Request.Headers["Impersonate-User"] = "";

        Assert.Same(_requester, Apply(out ApiStatus? refusal));
        Assert.Null(refusal);
    }

    [Fact]
    public void Every_part_is_asked_for_and_the_headers_are_gone_afterwards()
    {
        _http.Request.Headers["Impersonate-User"] = "jane";
        _http.Request.Headers["Impersonate-Group"] = new(["dev", "ops"]);
        _http.Request.Headers["Impersonate-Uid"] = "u1";
        _http.Request.Headers["Impersonate-Extra-Acme.com%2Fproject"] = "one";

        UserInfo user = Apply(out ApiStatus? refusal);

        Assert.Null(refusal);
        Assert.Equal(["/users//jane", "/groups//dev", "/groups//ops", "authentication.k8s.io/userextras/acme.com/project/one", "authentication.k8s.io/uids//u1"], _script.Asked);
        Assert.Equal("jane", user.Name);
        Assert.Equal("u1", user.Uid);
        Assert.Equal(["dev", "ops", "system:authenticated"], user.Groups);
        Assert.Equal(["one"], user.Extra["acme.com/project"]);
        Assert.DoesNotContain(_http.Request.Headers, header => header.Key.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Service_account_is_asked_for_by_its_namespace_and_brings_its_groups()
    {
        _http.Request.Headers["Impersonate-User"] = "system:serviceaccount:kube-system:x";

        UserInfo user = Apply(out _);

        Assert.Equal(["/serviceaccounts//x in kube-system"], _script.Asked);
        Assert.Equal(["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"], user.Groups);
    }

    [Fact]
    public void Anonymous_stays_unauthenticated()
    {
        _http.Request.Headers["Impersonate-User"] = "system:anonymous";

        Assert.Equal(["system:unauthenticated"], Apply(out _).Groups);
    }

    [Fact]
    public void Refusal_names_what_may_not_be_impersonated()
    {
        _script.Refused = "system:masters";
        _http.Request.Headers["Impersonate-User"] = "jane";
        _http.Request.Headers["Impersonate-Group"] = new(["dev", "system:masters"]);

        Apply(out ApiStatus? refusal);

        Assert.Equal(403, refusal?.Code);
        Assert.Equal(
            "groups \"system:masters\" is forbidden: User \"boss\" cannot impersonate resource \"groups\" in API group \"\" at the cluster scope", refusal?.Message);
    }

    [Theory]
    [InlineData("Impersonate-Group", "x", "[{Group  x    }]")]
    [InlineData("Impersonate-Extra-foo", "x", "[{UserExtra  x  authentication.k8s.io/v1  foo}]")]
    public void Group_or_extra_without_a_user_is_an_error(string header, string value, string expected)
    {
        _http.Request.Path = "/api/v1/pods";
        _http.Request.Headers[header] = value;

        Apply(out ApiStatus? refusal);

        Assert.Equal($"Internal Server Error: \"/api/v1/pods\": requested {expected} without impersonating a user", refusal?.Message);
        Assert.Equal(500, refusal?.Code);
    }

    private UserInfo Apply(out ApiStatus? refusal)
    {
        (UserInfo user, refusal) = new Impersonation(_script).Apply(_http.Request, _requester);
        return user;
    }

    private sealed class Script : IAuthorizer
    {
        public List<string> Asked { get; } = [];
        public string? Refused { get; set; }

        public AccessDecision Authorize(in AccessAttributes attributes)
        {
            Assert.Equal("impersonate", attributes.Verb);
            string place = attributes.Namespace.Length == 0 ? "" : $" in {attributes.Namespace}";
            Asked.Add($"{attributes.Group}/{attributes.Resource}/{attributes.Subresource}/{attributes.Name}{place}");
            return new AccessDecision(attributes.Name != Refused, "");
        }
    }
}
