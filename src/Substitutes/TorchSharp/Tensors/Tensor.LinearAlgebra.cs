using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor matmul(Tensor target) => Aten.Call("matmul", this, target);

        public Tensor mm(Tensor target) => Aten.Call("mm", this, target);

        public Tensor bmm(Tensor batch2) => Aten.Call("bmm", this, batch2);

        public Tensor mv(Tensor target) => Aten.Call("mv", this, target);

        public Tensor dot(Tensor target) => Aten.Call("dot", this, target);

        public Tensor vdot(Tensor target) => Aten.Call("vdot", this, target);

        public Tensor inner(Tensor vec2) => Aten.Call("inner", this, vec2);

        public Tensor outer(Tensor vec2) => Aten.Call("outer", this, vec2);

        public Tensor ger(Tensor vec2) => Aten.Call("ger", this, vec2);

        public Tensor kron(Tensor other) => Aten.Call("kron", this, other);

        public Tensor cross(Tensor other, long dim) => Aten.Call("cross", this, other, dim);

        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Aten.Call("addmm", this, mat1, mat2, (double)beta, (double)alpha);

        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Mutate("addmm_", this, mat1, mat2, (double)beta, (double)alpha);

        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1.0f, float alpha = 1.0f) =>
            Aten.Call("addmv", this, mat, vec, (double)beta, (double)alpha);

        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) =>
            Aten.Call("addr", this, vec1, vec2, (double)beta, (double)alpha);

        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Aten.Call("addbmm", this, batch1, batch2, (double)beta, (double)alpha);

        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Aten.Call("baddbmm", this, batch1, batch2, (double)beta, (double)alpha);

        public Tensor matrix_power(int n) => Aten.Call("matrix_power", this, n);

        public Tensor matrix_exp() => Aten.Call("matrix_exp", this);

        public Tensor inverse() => Aten.Call("inverse", this);

        public Tensor det() => Aten.Call("det", this);

        public Tensor logdet() => Aten.Call("logdet", this);

        public Tensor trace() => Aten.Call("trace", this);

        public Tensor cholesky(bool upper = false) => Aten.Call("cholesky", this, upper);
    }

    public static Tensor matmul(Tensor input, Tensor target) => input.matmul(target);

    public static Tensor mm(Tensor input, Tensor target) => input.mm(target);

    public static Tensor bmm(Tensor input, Tensor batch2) => input.bmm(batch2);

    public static Tensor mv(Tensor input, Tensor target) => input.mv(target);

    public static Tensor dot(Tensor input, Tensor other) => input.dot(other);

    public static Tensor vdot(Tensor input, Tensor target) => input.vdot(target);

    public static Tensor inner(Tensor input, Tensor vec2) => input.inner(vec2);

    public static Tensor outer(Tensor input, Tensor vec2) => input.outer(vec2);

    public static Tensor ger(Tensor input, Tensor vec2) => input.ger(vec2);

    public static Tensor kron(Tensor input, Tensor other) => input.kron(other);

    public static Tensor cross(Tensor input, Tensor other, long dim = 0L) => input.cross(other, dim);

    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
        input.addmm(mat1, mat2, beta, alpha);

    public static Tensor addmv(Tensor input, Tensor mat1, Tensor mat2, float beta = 1.0f, float alpha = 1.0f) =>
        input.addmv(mat1, mat2, beta, alpha);

    public static Tensor addr(Tensor input, Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) =>
        input.addr(vec1, vec2, beta, alpha);

    public static Tensor addbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
        input.addbmm(batch1, batch2, beta, alpha);

    public static Tensor baddbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
        input.baddbmm(batch1, batch2, beta, alpha);

    public static Tensor matrix_power(Tensor input, int n) => input.matrix_power(n);

    public static Tensor inverse(Tensor input) => input.inverse();

    public static Tensor det(Tensor input) => input.det();

    public static Tensor logdet(Tensor input) => input.logdet();

    public static Tensor trace(Tensor input) => input.trace();

    public static Tensor cholesky(Tensor input) => input.cholesky();

    public static Tensor einsum(string equation, params Tensor[] tensors) => Aten.Call("einsum", equation, tensors);

    public static Tensor tensordot(Tensor a, Tensor b, long[] dims1, long[] dims2) =>
        Aten.Call("tensordot", a, b, dims1, dims2);

    public static Tensor cdist(
        Tensor x1, Tensor x2, double p = 2.0,
            compute_mode compute_mode = compute_mode.use_mm_for_euclid_dist_if_necessary) =>
        Aten.Call("cdist", x1, x2, p, compute_mode == compute_mode.use_mm_for_euclid_dist_if_necessary ? default
            : (Arg)(long)compute_mode);

    public static partial class linalg
    {
        public static Tensor norm(Tensor input, Scalar? ord = null, long[]? dims = null, bool keepdim = false,
            ScalarType? dtype = null) =>
            Aten.Call("linalg_norm", input, ord, dims, keepdim, dtype);

        public static Tensor vector_norm(
            Tensor input, double ord, long[]? dims = null, bool keepdim = false) =>
            Aten.Call("linalg_vector_norm", input, ord, dims, keepdim);

        public static Tensor matrix_norm(
            Tensor input, string ord = "fro", long[]? dims = null, bool keepdim = false) =>
            Aten.Call("linalg_matrix_norm.str_ord", input, ord, dims ?? [-2, -1], keepdim);

        public static Tensor inv(Tensor input) => Aten.Call("linalg_inv", input);

        public static Tensor det(Tensor input) => Aten.Call("linalg_det", input);

        public static Tensor solve(Tensor A, Tensor B, bool left = true) => Aten.Call("linalg_solve", A, B, left);

        public static Tensor cholesky(Tensor input) => Aten.Call("linalg_cholesky", input);

        public static Tensor pinv(Tensor input, double rcond = 1e-15, bool hermitian = false) =>
            Aten.Call("linalg_pinv", input, rcond, hermitian);

        public static Tensor multi_dot(IList<Tensor> tensors) => Aten.Call("linalg_multi_dot", tensors.ToArray());

        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L') =>
            Aten.Call2("linalg_eigh", input, UPLO.ToString());

        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true) =>
            Aten.Call3("linalg_svd", input, fullMatrices);

        public static Tensor svdvals(Tensor input) => Aten.Call("linalg_svdvals", input);
    }
}

public enum compute_mode
{
    use_mm_for_euclid_dist_if_necessary = 0,
    use_mm_for_euclid_dist = 1,
    donot_use_mm_for_euclid_dist = 2,
}
