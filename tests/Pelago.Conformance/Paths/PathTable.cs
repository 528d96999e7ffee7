// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Conformance.Paths;

/// <summary>
/// What kube-apiserver 1.20 answers, read off its source: staging/src/k8s.io/apiserver (pkg/endpoints/installer.go makes the routes, pkg/endpoints/handlers
/// are the verbs, pkg/server/handler.go decides who answers a path), kube-aggregator, apiextensions-apiserver and go-restful 2.9.5. What is not certain
/// from there is not here. The form of a line: <see cref="PathRow"/>.
/// </summary>
public static class PathTable
{
    private const string Lines = """
        # Discovery and the version are routes of go-restful: a path, then its methods.
        GET /api /api/ /api/v1 /api/v1/ /apis /apis/ /apis/apps /apis/apps/ /apis/apps/v1 /apis/apps/v1/ /version /version/ => 200 - json
        HEAD,POST,PUT,PATCH,DELETE,OPTIONS,PROPFIND /api /api/v1 /apis/apps/v1 /version => 405 MethodNotAllowed
        GET /apis/apps/v9 /apis/apps/v9/deployments /api/v9 /api/v9/pods => 404 NotFound
        GET /apis /api /apis/apps /apis/apps/v1 | Accept=image/png => 406 NotAcceptable
        GET /apis | Accept=application/json;as=Table;v=v1;g=meta.k8s.io => 406 NotAcceptable
        GET,POST,PUT,PATCH,DELETE,OPTIONS /apis/no.such.group /apis/no.such.group/v1 /apis/no.such.group/v1/things /apis/no.such.group/v1/namespaces/{ns}/things/x => 404 - text

        # The other documents are at their paths exactly.
        GET / => 200 - json
        GET /healthz /livez /readyz /healthz?verbose /healthz/ping /livez/ping /readyz/ping /metrics => 200 - text
        GET /healthz | Accept=image/png => 200 - text
        HEAD,POST,PUT,PATCH,DELETE,OPTIONS,PROPFIND / /apis /apis/apps /healthz => 200
        POST /apis/ /apis/apps/ /readyz => 200
        HEAD,POST,OPTIONS /livez /metrics /healthz/ping => 200
        GET /index.html => 200 - json
        GET /healthz/ /livez/ /readyz/ping/ /metrics/ /openapi/v2/ => 404
        POST,DELETE /nope /healthz/nope => 404
        POST,PUT,PATCH,DELETE,OPTIONS /apis/apps/v9 /api/v9 /version/x => 404 NotFound
        GET /openapi/v2 => 200
        GET /openapi/v2 | Accept=image/png => 406
        GET /nope /nope/deeper /healthzz /healthz/nope /healthz/ping/x /livez/nope /readyz/nope /metricsz /metrics/x /openapi /openapi/v2x /version/x /API/v1 => 404

        # Collections.
        GET /api/v1/pods /api/v1/nodes /api/v1/namespaces /api/v1/namespaces/ /api/v1/namespaces/{ns}/pods /api/v1/pods// /apis/apps/v1/deployments => 200 - json
        GET /api/v1/namespaces/none-{ns}/pods /api/v1/namespaces//pods /api/v1/namespaces/{ns}/configmaps/ => 200 - json
        OPTIONS,PROPFIND /api/v1/pods /api/v1/nodes /api/v1/namespaces/{ns}/pods /apis/apps/v1/deployments => 405 MethodNotAllowed
        HEAD /api/v1/pods /api/v1/namespaces/{ns}/pods /apis/apps/v1/deployments /api/v1/namespaces/{ns}/configmaps/kept /api/v1/namespaces/{ns}/pods/idle/status => 405
        HEAD /api/v1/nothings /apis/apps/v9/deployments => 404
        PUT,PATCH /api/v1/nodes /api/v1/namespaces /api/v1/namespaces/{ns}/configmaps /apis/apps/v1/namespaces/{ns}/deployments => 405 MethodNotAllowed
        POST,PUT,PATCH,DELETE /api/v1/pods /apis/apps/v1/deployments => 405 MethodNotAllowed
        DELETE /api/v1/namespaces => 405 MethodNotAllowed
        DELETE /api/v1/namespaces/none-{ns}/configmaps => 200 - json
        GET,POST,PUT,PATCH,DELETE,OPTIONS,PROPFIND /api/v1/nothings /api/v1/namespaces/{ns}/nothings /api/v1/namespaces/{ns}/nothings/x => 404 NotFound
        GET,POST,PUT,PATCH,DELETE,OPTIONS /apis/apps/v1/namespaces/{ns}/pods /api/v1/namespaces/{ns}/deployments /api/v1/Pods => 404 NotFound

        # A kind of the cluster has no namespace, and an object of a namespace is nowhere else.
        GET,POST,PUT,PATCH,DELETE /api/v1/namespaces/{ns}/nodes /api/v1/namespaces/{ns}/nodes/x /api/v1/namespaces/{ns}/namespaces => 404 NotFound
        GET,POST,DELETE /apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/clusterroles => 404 NotFound
        GET,POST,PUT,PATCH,DELETE /api/v1/pods/x /apis/apps/v1/deployments/x => 404 NotFound

        # Doubled slashes, and escapes.
        GET //api/v1/pods //api/v1 //apis/apps/v1/deployments //version //healthz => 404
        GET /apis//v1 /apis//v1/pods => 404 - text
        GET /api/v1//pods /api//v1/pods /api/v1/namespaces/{ns}/configmaps//kept => 404 NotFound
        GET /api/v1/namespaces/{ns}/configmaps/kept/ /api/v1/namespaces/{ns}/configmaps/%6Bept => 200 - json
        GET /api/v1/namespaces/{ns}/configmaps/KEPT /api/v1/namespaces/{ns}/configmaps/a%20b /api/v1/namespaces/{ns}/configmaps/%C3%A9 => 404 NotFound
        GET /api/v1/namespaces/{ns}/configmaps/kept%2Fx => 404 NotFound
        GET,DELETE /api/v1/namespaces/{ns}/configmaps/a%25b /api/v1/nodes/a%25b => 400 BadRequest
        GET /apis/apps/v1/namespaces/{ns}/deployments/a%25/status => 400 BadRequest
        PATCH /api/v1/namespaces/{ns}/configmaps/a%25b | Content-Type=application/merge-patch+json | {} => 400 BadRequest

        # Objects.
        GET /api/v1/namespaces/{ns}/configmaps/kept /api/v1/namespaces/{ns} /apis/apps/v1/namespaces/{ns}/deployments/web => 200 - json
        POST,OPTIONS,PROPFIND /api/v1/namespaces/{ns}/configmaps/kept /api/v1/namespaces/{ns} /apis/apps/v1/namespaces/{ns}/deployments/web => 405 MethodNotAllowed
        GET,DELETE /api/v1/namespaces/{ns}/configmaps/none /apis/apps/v1/namespaces/{ns}/deployments/none /api/v1/nodes/none-{ns} => 404 NotFound
        GET,DELETE /api/v1/namespaces/none-{ns}/configmaps/none /api/v1/namespaces/none-{ns} => 404 NotFound
        PUT /api/v1/namespaces/{ns}/configmaps/none | - | {"metadata":{"name":"none"}} => 404 NotFound
        PUT /apis/coordination.k8s.io/v1/namespaces/{ns}/leases/fresh | - | {"metadata":{"name":"fresh"}} => 201 - json
        PATCH /api/v1/namespaces/{ns}/configmaps/none | Content-Type=application/merge-patch+json | {} => 404 NotFound
        PATCH /api/v1/namespaces/{ns}/configmaps/none | Content-Type=application/strategic-merge-patch+json | {} => 404 NotFound
        PATCH /api/v1/namespaces/{ns}/configmaps/none | Content-Type=application/json-patch+json | [] => 404 NotFound
        PATCH /api/v1/namespaces/{ns}/configmaps/new?fieldManager=t&dryRun=All | Content-Type=application/apply-patch+yaml | {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new"}} => 201 - json
        DELETE /api/v1/namespaces/{ns}/configmaps/kept?dryRun=All => 200 - json

        # Subresources.
        GET /api/v1/namespaces/{ns}/status /api/v1/namespaces/{ns}/pods/idle/status /apis/apps/v1/namespaces/{ns}/deployments/web/scale => 200 - json
        GET /api/v1/namespaces/{ns}/pods/idle/status/ => 200 - json
        POST,DELETE,OPTIONS,PROPFIND /api/v1/namespaces/{ns}/status /api/v1/namespaces/{ns}/pods/idle/status /apis/apps/v1/namespaces/{ns}/deployments/web/scale => 405 MethodNotAllowed
        GET,POST,PATCH,DELETE /api/v1/namespaces/{ns}/finalize => 405 MethodNotAllowed
        GET,PUT,PATCH,DELETE /api/v1/namespaces/{ns}/pods/idle/eviction /api/v1/namespaces/{ns}/pods/idle/binding /api/v1/namespaces/{ns}/serviceaccounts/default/token => 405 MethodNotAllowed
        GET /api/v1/namespaces/{ns}/pods/none/status /apis/apps/v1/namespaces/{ns}/deployments/none/scale /api/v1/namespaces/{ns}/pods/none/log => 404 NotFound
        PATCH /api/v1/namespaces/{ns}/pods/none/status /apis/apps/v1/namespaces/{ns}/deployments/none/scale | Content-Type=application/merge-patch+json | {} => 404 NotFound
        GET,POST,PUT,PATCH,DELETE /api/v1/namespaces/{ns}/configmaps/kept/status /api/v1/namespaces/{ns}/configmaps/kept/scale /api/v1/namespaces/{ns}/pods/idle/nothing => 404 NotFound
        GET /api/v1/namespaces/{ns}/pods/idle/status/x /api/v1/namespaces/{ns}/status/x /apis/apps/v1/namespaces/{ns}/deployments/web/scale/x/y => 404 NotFound
        POST,PUT,DELETE /api/v1/namespaces/{ns}/pods/idle/status/x /api/v1/namespaces/{ns}/pods/idle/eviction/x => 404 NotFound
        POST,PUT,PATCH,DELETE,OPTIONS,PROPFIND /api/v1/namespaces/{ns}/pods/idle/log => 405 MethodNotAllowed
        PUT,PATCH,DELETE,OPTIONS,PROPFIND /api/v1/namespaces/{ns}/pods/idle/exec /api/v1/namespaces/{ns}/pods/idle/attach /api/v1/namespaces/{ns}/pods/idle/portforward => 405 MethodNotAllowed
        GET /api/v1/namespaces/{ns}/pods/idle/log /api/v1/namespaces/{ns}/pods/two/log?container=a => 204
        HEAD /api/v1/namespaces/{ns}/pods/idle/log /api/v1/namespaces/{ns}/pods/idle/exec => 405
        GET,POST,DELETE /api/v1/namespaces/{ns}/pods/idle/log/x /api/v1/namespaces/{ns}/pods/idle/exec/x => 404 NotFound
        PROPFIND /api/v1/namespaces/{ns}/pods/idle/proxy /api/v1/namespaces/{ns}/pods/idle/proxy/x => 405 MethodNotAllowed
        GET /api/v1/namespaces/{ns}/pods/two/log /api/v1/namespaces/{ns}/pods/two/log?container=c /api/v1/namespaces/{ns}/pods/idle/log?container=c => 400 BadRequest
        GET,POST /api/v1/namespaces/{ns}/pods/idle/exec?command=x /api/v1/namespaces/{ns}/pods/idle/attach /api/v1/namespaces/{ns}/pods/idle/portforward => 400 BadRequest
        GET,POST /api/v1/namespaces/{ns}/pods/none/exec?command=x /api/v1/namespaces/{ns}/pods/none/attach /api/v1/namespaces/{ns}/pods/none/portforward => 404 NotFound
        POST /api/v1/namespaces/{ns}/pods/idle/eviction | - | {"metadata":{"name":"other"}} => 400 BadRequest
        POST /api/v1/namespaces/{ns}/pods/none/eviction | - | {"metadata":{"name":"none"}} => 404 NotFound
        POST /api/v1/namespaces/{ns}/pods/idle/binding | - | {"metadata":{"name":"other"},"target":{"name":"n"}} => 400 BadRequest

        # What is only asked, and what is only watched.
        GET,PUT,PATCH,DELETE /apis/authorization.k8s.io/v1/subjectaccessreviews /api/v1/namespaces/{ns}/bindings => 405 MethodNotAllowed
        GET,POST,PUT,DELETE /apis/authorization.k8s.io/v1/subjectaccessreviews/x /apis/authorization.k8s.io/v1/localsubjectaccessreviews /api/v1/bindings => 404 NotFound
        POST,PUT,PATCH,DELETE,OPTIONS /api/v1/watch/pods /api/v1/watch/namespaces/{ns}/configmaps/kept => 405 MethodNotAllowed
        HEAD /api/v1/watch/pods => 405
        GET /api/v1/watch/namespaces/{ns}/configmaps?timeoutSeconds=1 => 200 - json
        GET /api/v1/watch/nothings => 404 NotFound

        # Bodies of creates.
        POST /api/v1/namespaces/{ns}/configmaps => 400 BadRequest
        POST /api/v1/namespaces/{ns}/configmaps | - | empty => 400 BadRequest
        POST /api/v1/namespaces/{ns}/configmaps | - | {} => 422 Invalid
        POST /api/v1/namespaces/{ns}/configmaps | - | [] => 400 BadRequest
        POST /api/v1/namespaces/{ns}/configmaps | - | "text" => 400 BadRequest
        POST /api/v1/namespaces/{ns}/configmaps | - | { => 400 BadRequest
        POST /api/v1/namespaces/{ns}/configmaps | - | {"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}} => 400 BadRequest
        POST /api/v1/namespaces/{ns}/configmaps | - | {"apiVersion":"v1","kind":"Unknown","metadata":{"name":"x"}} => 400 BadRequest
        POST /api/v1/namespaces/{ns}/configmaps | - | {"apiVersion":"apps/v1","kind":"ConfigMap","metadata":{"name":"x"}} => 400 BadRequest
        POST /api/v1/namespaces/{ns}/configmaps | - | {"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"x"}} => 400 BadRequest
        POST /api/v1/namespaces/{ns}/configmaps | - | {"metadata":{"name":"x","namespace":"other"}} => 400 BadRequest
        POST /api/v1/namespaces/{ns}/configmaps | - | {"metadata":{"name":"UPPER"}} => 422 Invalid
        POST /api/v1/namespaces/{ns}/configmaps | - | {"metadata":{"name":"a/b"}} => 422 Invalid
        POST /api/v1/namespaces/{ns}/configmaps | - | {"metadata":{"name":"kept"}} => 409 AlreadyExists
        POST /api/v1/namespaces/none-{ns}/configmaps | - | {"metadata":{"name":"x"}} => 404 NotFound
        POST /api/v1/namespaces/{ns}/pods | - | {"metadata":{"name":"x"}} => 422 Invalid
        POST /api/v1/namespaces/{ns}/configmaps | Content-Type=text/plain | {"metadata":{"name":"x"}} => 415 UnsupportedMediaType
        POST /api/v1/namespaces/{ns}/configmaps | Content-Type=application/x-www-form-urlencoded | a=b => 415 UnsupportedMediaType
        POST /api/v1/namespaces/{ns}/configmaps | Content-Type=application/vnd.kubernetes.protobuf | {"metadata":{"name":"x"}} => 400 BadRequest
        POST /api/v1/namespaces/{ns}/configmaps?dryRun=All | Content-Type=none | {"metadata":{"name":"x"}} => 201 - json
        POST /api/v1/namespaces/{ns}/configmaps?dryRun=All | Content-Type=application/json;charset=utf-8 | {"metadata":{"name":"x"}} => 201 - json
        POST /api/v1/namespaces/{ns}/configmaps?dryRun=All | Content-Type=application/yaml | {"metadata":{"name":"x"}} => 201 - json
        POST /api/v1/namespaces/{ns}/configmaps | - | {huge} => 413 RequestEntityTooLarge

        # Bodies of updates, patches and deletes.
        PUT /api/v1/namespaces/{ns}/configmaps/kept => 400 BadRequest
        PUT /api/v1/namespaces/{ns}/configmaps/kept | - | {} => 400 BadRequest
        PUT /api/v1/namespaces/{ns}/configmaps/kept | - | [] => 400 BadRequest
        PUT /api/v1/namespaces/{ns}/configmaps/kept | - | {"metadata":{"name":"other"}} => 400 BadRequest
        PUT /api/v1/namespaces/{ns}/configmaps/kept | - | {"metadata":{"name":"kept","namespace":"other"}} => 400 BadRequest
        PUT /api/v1/namespaces/{ns}/configmaps/kept | - | {"apiVersion":"v1","kind":"Secret","metadata":{"name":"kept"}} => 400 BadRequest
        PUT /api/v1/namespaces/{ns}/configmaps/kept?dryRun=All | - | {"metadata":{"name":"kept","uid":"other"}} => 409 Conflict
        PUT /api/v1/namespaces/{ns}/configmaps/kept | Content-Type=text/plain | {"metadata":{"name":"kept"}} => 415 UnsupportedMediaType
        PUT /api/v1/namespaces/{ns}/configmaps/kept | - | {huge} => 413 RequestEntityTooLarge
        PATCH /api/v1/namespaces/{ns}/configmaps/kept | Content-Type=none | {} => 415 UnsupportedMediaType
        PATCH /api/v1/namespaces/{ns}/configmaps/kept | - | {} => 415 UnsupportedMediaType
        PATCH /api/v1/namespaces/{ns}/configmaps/kept | Content-Type=application/merge-patch+json | {huge} => 413 RequestEntityTooLarge
        PATCH /api/v1/namespaces/{ns}/configmaps/kept | Content-Type=application/strategic-merge-patch+json | { => 400 BadRequest
        PATCH /api/v1/namespaces/{ns}/configmaps/kept | Content-Type=application/json-patch+json | { => 400 BadRequest
        PATCH /api/v1/namespaces/{ns}/configmaps/kept?fieldManager=t | Content-Type=application/apply-patch+yaml | a: [ => 400 BadRequest
        PATCH /api/v1/namespaces/{ns}/configmaps/kept | Content-Type=application/json-patch+json | [{"op":"test","path":"/data/a","value":"2"}] => 422 Invalid
        PATCH /api/v1/namespaces/{ns}/configmaps/kept | Content-Type=application/merge-patch+json | {"metadata":{"name":"other"}} => 400 BadRequest
        DELETE /api/v1/namespaces/{ns}/configmaps/kept | Content-Type=text/plain | x => 415 UnsupportedMediaType
        DELETE /api/v1/namespaces/{ns}/configmaps/kept | - | {"dryRun":["Foo"]} => 422 Invalid
        DELETE /api/v1/namespaces/{ns}/configmaps/kept | - | {"propagationPolicy":"Foo"} => 422 Invalid
        DELETE /api/v1/namespaces/{ns}/configmaps/kept | - | {"preconditions":{"uid":"other"}} => 409 Conflict

        # Parameters.
        GET /api/v1/namespaces/{ns}/configmaps/kept?watch=true /api/v1/namespaces/{ns}/configmaps/kept?limit=many => 200 - json
        POST /api/v1/namespaces/{ns}/configmaps?watch=true&dryRun=All | - | {"metadata":{"name":"x"}} => 201 - json
        GET /api/v1/pods?fieldSelector=spec.unknown%3Dx /api/v1/pods?fieldSelector=metadata.name /api/v1/pods?labelSelector=a%3D%3D%3Db /api/v1/pods?labelSelector=in+(a) => 400 BadRequest
        GET /api/v1/pods?limit=many /api/v1/pods?timeoutSeconds=soon /api/v1/pods?watch=true&timeoutSeconds=soon /api/v1/pods?limit=1&continue=garbage => 400 BadRequest
        GET /api/v1/namespaces/{ns}/configmaps?limit=-1 /api/v1/namespaces/{ns}/configmaps?unknown=x => 200 - json
        GET /api/v1/pods?resourceVersionMatch=Exact /api/v1/pods?resourceVersionMatch=Exact&resourceVersion=0 /api/v1/pods?resourceVersionMatch=Foo&resourceVersion=1 => 422 Invalid
        GET /api/v1/pods?resourceVersionMatch=Exact&resourceVersion=1&continue=x /api/v1/pods?watch=true&resourceVersionMatch=Exact&resourceVersion=1 => 422 Invalid
        POST /api/v1/namespaces/{ns}/configmaps?dryRun=Foo /api/v1/namespaces/{ns}/configmaps?fieldManager={long} | - | {"metadata":{"name":"x"}} => 422 Invalid
        PUT /api/v1/namespaces/{ns}/configmaps/kept?dryRun=Foo /api/v1/namespaces/{ns}/configmaps/kept?fieldManager={long} | - | {"metadata":{"name":"kept"}} => 422 Invalid
        PATCH /api/v1/namespaces/{ns}/configmaps/kept?dryRun=Foo /api/v1/namespaces/{ns}/configmaps/kept?fieldManager={long} | Content-Type=application/merge-patch+json | {} => 422 Invalid
        PATCH /api/v1/namespaces/{ns}/configmaps/kept?force=true | Content-Type=application/merge-patch+json | {} => 422 Invalid
        PATCH /api/v1/namespaces/{ns}/configmaps/kept | Content-Type=application/apply-patch+yaml | {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept"}} => 422 Invalid
        DELETE /api/v1/namespaces/{ns}/configmaps/kept?dryRun=Foo /api/v1/namespaces/{ns}/configmaps/kept?propagationPolicy=Foo => 422 Invalid
        DELETE /api/v1/namespaces/{ns}/configmaps/none?propagationPolicy=Foo /api/v1/namespaces/{ns}/configmaps/kept?orphanDependents=true&propagationPolicy=Orphan => 422 Invalid
        DELETE /api/v1/namespaces/{ns}/configmaps?labelSelector=no%3Done&propagationPolicy=Foo /api/v1/namespaces/{ns}/configmaps?labelSelector=no%3Done&dryRun= => 422 Invalid
        DELETE /api/v1/namespaces/{ns}/configmaps/kept?uid=other /api/v1/namespaces/{ns}/configmaps/kept?resourceVersion=1 => 409 Conflict
        DELETE /api/v1/namespaces/{ns}/configmaps/none | Content-Type=text/plain | empty => 404 NotFound
        POST /api/v1/namespaces/{ns}/configmaps?dryRun= | - | {"metadata":{"name":"x"}} => 422 Invalid
        PATCH /api/v1/namespaces/{ns}/configmaps/kept?force=false | Content-Type=application/merge-patch+json | {} => 422 Invalid
        DELETE /api/v1/namespaces/{ns}/configmaps/kept?gracePeriodSeconds=soon /api/v1/namespaces/{ns}/configmaps?gracePeriodSeconds=soon => 400 BadRequest

        # Media types of answers.
        GET /api/v1/pods /api/v1/namespaces/{ns}/configmaps/kept /api/v1/namespaces/{ns}/configmaps/none | Accept=image/png => 406 NotAcceptable
        DELETE /api/v1/namespaces/{ns}/configmaps/none | Accept=image/png => 406 NotAcceptable
        POST /api/v1/namespaces/{ns}/configmaps | Accept=image/png | {"metadata":{"name":"x"}} => 406 NotAcceptable
        PUT /api/v1/namespaces/{ns}/configmaps/kept | Accept=image/png | {"metadata":{"name":"kept"}} => 406 NotAcceptable
        PATCH /api/v1/namespaces/{ns}/configmaps/kept | Accept=image/png Content-Type=application/merge-patch+json | {} => 406 NotAcceptable
        GET /api/v1/namespaces/{ns}/configmaps /api/v1/namespaces/{ns}/configmaps/kept | Accept=application/json;as=Table;v=v1;g=meta.k8s.io => 200 - json
        GET /api/v1/namespaces/{ns}/configmaps /api/v1/namespaces/{ns}/configmaps/kept | Accept=application/json;as=Table;v=v9;g=meta.k8s.io => 406 NotAcceptable
        GET /api/v1/namespaces/{ns}/configmaps /api/v1/namespaces/{ns}/configmaps/kept | Accept=application/json;as=Unknown;v=v1;g=meta.k8s.io => 406 NotAcceptable
        GET /api/v1/namespaces/{ns}/configmaps/kept | Accept=application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io => 200 - json
        GET /api/v1/namespaces/{ns}/configmaps | Accept=application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io => 200 - json
        GET /api/v1/namespaces/{ns}/configmaps/kept | Accept=application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io => 406 NotAcceptable
        GET /api/v1/namespaces/{ns}/configmaps | Accept=application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io => 406 NotAcceptable
        GET /version | Accept=text/plain => 406 NotAcceptable
        PATCH /api/v1/namespaces/{ns}/configmaps/kept => 406 NotAcceptable
        GET /api/v1/namespaces/{ns}/configmaps/kept | Accept=application/yaml => 200 - yaml
        GET /api/v1/namespaces/{ns}/configmaps/kept | Accept=text/html,*/*;q=0.1 => 200 - json
        GET /api/v1/namespaces/{ns}/configmaps/kept | Accept-Encoding=gzip => 200 - json
        """;

    /// <summary>Each row on its own.</summary>
    public static IEnumerable<string> Rows() => Lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Where(line => line[0] != '#').SelectMany(PathRow.Expand).Distinct();
}
