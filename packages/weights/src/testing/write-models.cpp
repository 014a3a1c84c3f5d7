// Tiny random models of every architecture that llama.cpp builds: its own test of architectures makes them, this writes
// them down. Compiled where WOOLGATHER_TEST_FULL is set, against the libraries that the tests run on.
//
//   write-models BACKENDS                        prints the names of the architectures
//   write-models BACKENDS FILE.gguf ARCHITECTURE
#define main archs_main
#include "tests/test-llama-archs.cpp"
#undef main

#include <cstdio>
#include <cstring>

static int expected = 0;
static int created = 0;

static void hear(ggml_log_level, const char * text, void *) {
    const char * counts = strstr(text, "expected ");
    if (counts != nullptr && strstr(text, "tensors") != nullptr) sscanf(counts, "expected %d, got %d", &expected, &created);
}

static llama_model_ptr make(gguf_context * header) {
    size_t seed = 1;
    return llama_model_ptr(llama_model_init_from_user(header, set_tensor_data, &seed, llama_model_default_params()));
}

int main(int argc, char ** argv) {
    ggml_backend_load_all_from_path(argv[1]);
    llama_log_set(hear, nullptr);
    for (const llm_arch arch : llm_arch_all()) {
        if (arch == LLM_ARCH_UNKNOWN) continue;
        const std::string name = llm_arch_name(arch);
        if (argc < 4) printf("%s\n", name.c_str());
        else if (name == argv[3]) {
            gguf_context_ptr header = get_gguf_ctx(arch, moe_mandatory(arch));
            llama_model_ptr model = make(header.get());
            if (!model) {
                // The header must tell of as many tensors as are made; which they are does not matter.
                for (int i = expected; i < created; i++) {
                    ggml_tensor filler;
                    memset(&filler, 0, sizeof(filler));
                    filler.type = GGML_TYPE_F16;
                    ggml_format_name(&filler, "filler.%d", i);
                    gguf_add_tensor(header.get(), &filler);
                }
                model = make(header.get());
            }
            if (!model) return 1;
            llama_model_save_to_file(model.get(), argv[2]);
            return 0;
        }
    }
    return argc < 4 ? 0 : 1;
}
